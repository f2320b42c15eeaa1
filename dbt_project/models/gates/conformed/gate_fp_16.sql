with gate as (

    {{ front_page_gate('FP-16', tables=['emr_procedure']) }}

)

select * from gate
