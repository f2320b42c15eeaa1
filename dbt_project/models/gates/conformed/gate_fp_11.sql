with gate as (

    {{ front_page_gate('FP-11') }}

)

select * from gate
