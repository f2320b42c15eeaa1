with gate as (

    {{ front_page_gate('FP-19', tables=['emr_diagnosis']) }}

)

select * from gate
