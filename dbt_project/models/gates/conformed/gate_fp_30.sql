with gate as (

    {{ front_page_gate('FP-30') }}

)

select * from gate
