with gate as (

    {{ front_page_gate('FP-13', tables=['emr_procedure']) }}

)

select * from gate
