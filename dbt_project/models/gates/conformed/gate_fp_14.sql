with gate as (

    {{ front_page_gate('FP-14', tables=['emr_procedure']) }}

)

select * from gate
