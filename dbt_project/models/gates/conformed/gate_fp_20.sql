with gate as (

    {{ front_page_gate('FP-20', tables=['emr_diagnosis', 'emr_procedure']) }}

)

select * from gate
