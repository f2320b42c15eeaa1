with gate as (

    {{ front_page_gate('FP-03') }}

)

select * from gate
