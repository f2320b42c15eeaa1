with gate as (

    {{ front_page_gate('FP-26', tables=['emr_diagnosis']) }}

)

select * from gate
