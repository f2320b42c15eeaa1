with gate as (

    {{ front_page_gate('FP-07') }}

)

select * from gate
