with gate as (

    {{ front_page_gate('FP-21', tables=['emr_diagnosis']) }}

)

select * from gate
