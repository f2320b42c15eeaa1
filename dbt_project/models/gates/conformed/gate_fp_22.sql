with gate as (

    {{ front_page_gate('FP-22', tables=['emr_diagnosis']) }}

)

select * from gate
