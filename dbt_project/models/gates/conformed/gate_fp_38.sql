with gate as (

    {{ front_page_gate('FP-38', hint="'not_applicable:his_settlement.principal_diagnosis_code'") }}

)

select * from gate
