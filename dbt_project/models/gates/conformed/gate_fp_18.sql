with gate as (

    {{ front_page_gate('FP-18', tables=['emr_diagnosis']) }}

)

select * from gate
