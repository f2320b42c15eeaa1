with gate as (

    {{ front_page_gate('FP-35') }}

)

select * from gate
