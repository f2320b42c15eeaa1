with gate as (

    {{ front_page_gate('FP-34', tables=['emr_diagnosis'], hint=list_missing('dictionary.diagnosis')) }}

)

select * from gate
