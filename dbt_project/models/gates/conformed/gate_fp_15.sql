with gate as (

    {{ front_page_gate('FP-15', tables=['emr_procedure']) }}

)

select * from gate
