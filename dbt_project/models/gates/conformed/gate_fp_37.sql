with gate as (

    {{ front_page_gate('FP-37') }}

)

select * from gate
