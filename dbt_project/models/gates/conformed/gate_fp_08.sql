with gate as (

    {{ front_page_gate('FP-08') }}

)

select * from gate
