with gate as (

    {{ front_page_gate('FP-25', tables=['emr_diagnosis']) }}

)

select * from gate
