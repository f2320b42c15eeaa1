with gate as (

    {{ front_page_gate('FP-01') }}

)

select * from gate
