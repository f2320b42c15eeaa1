with gate as (

    {{ front_page_gate('FP-12', tables=['his_charge', 'his_inpatient_stay', 'his_item']) }}

)

select * from gate
