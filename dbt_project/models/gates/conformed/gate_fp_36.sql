with gate as (

    {{ front_page_gate('FP-36', tables=['his_transfer']) }}

)

select * from gate
