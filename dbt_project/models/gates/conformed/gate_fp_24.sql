with gate as (

    {{ front_page_gate('FP-24', tables=['emr_diagnosis']) }}

)

select * from gate
