with gate as (

    {{ front_page_gate('FP-33', hint=never_filled('id_number_is_valid')) }}

)

select * from gate
