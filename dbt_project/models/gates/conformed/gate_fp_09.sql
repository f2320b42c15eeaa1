with gate as (

    {{ front_page_gate('FP-09', tables=['emr_diagnosis']) }}

)

select * from gate
