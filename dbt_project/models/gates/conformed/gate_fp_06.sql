with gate as (

    {{ front_page_gate('FP-06') }}

)

select * from gate
