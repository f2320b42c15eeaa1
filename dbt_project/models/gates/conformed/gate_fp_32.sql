with gate as (

    {{ front_page_gate('FP-32') }}

)

select * from gate
