with gate as (

    {{ front_page_gate('FP-29') }}

)

select * from gate
