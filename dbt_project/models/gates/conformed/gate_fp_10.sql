with gate as (

    {{ front_page_gate('FP-10') }}

)

select * from gate
