with gate as (

    {{ front_page_gate('FP-31') }}

)

select * from gate
