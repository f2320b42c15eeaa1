with gate as (

    {{ front_page_gate('FP-27', tables=['emr_diagnosis']) }}

)

select * from gate
