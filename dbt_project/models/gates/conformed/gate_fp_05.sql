with gate as (

    {{ front_page_gate('FP-05') }}

)

select * from gate
