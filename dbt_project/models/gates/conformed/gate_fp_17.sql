with gate as (

    {{ front_page_gate('FP-17', tables=['emr_diagnosis']) }}

)

select * from gate
