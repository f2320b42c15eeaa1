with gate as (

    {{ front_page_gate('FP-04') }}

)

select * from gate
