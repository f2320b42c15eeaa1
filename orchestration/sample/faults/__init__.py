"""Faults that can be planted into a written sample: one function each, named by the code of the bad input it stands for."""

from __future__ import annotations

from orchestration.sample.faults import batches, content, files
from orchestration.sample.faults.editor import DeliveryEditor, Fault, Outcome

FAULTS: dict[str, Fault] = {
    "F01": Fault(files.other_encoding, Outcome.REJECTED),
    "F02": Fault(files.rare_characters, Outcome.ACCEPTED),
    "F03": Fault(files.mojibake_in_a_key, Outcome.REJECTED),
    "F04": Fault(files.nul_byte, Outcome.REJECTED),
    "F05": Fault(files.truncated_file, Outcome.REJECTED),
    "F06": Fault(files.header_only_file, Outcome.REJECTED),
    "F07": Fault(files.reordered_columns, Outcome.ACCEPTED),
    "F08": Fault(files.renamed_column, Outcome.REJECTED),
    "F09": Fault(files.duplicate_column, Outcome.REJECTED),
    "F10": Fault(files.unclosed_quote, Outcome.REJECTED),
    "F11": Fault(files.text_in_amount, Outcome.REJECTED),
    "F12": Fault(files.thousands_separator, Outcome.REJECTED),
    "F13": Fault(files.too_many_decimals, Outcome.REJECTED),
    "F14": Fault(files.numeric_codes_in_excel, Outcome.REJECTED),
    "F15": Fault(files.impossible_date, Outcome.REJECTED),
    "F16": Fault(files.flipped_bit_in_parquet, Outcome.REJECTED),
    "F17": Fault(files.symbolic_link, Outcome.REJECTED),
    "F18": Fault(files.unfinished_folder, Outcome.REJECTED),
    "F19": Fault(batches.same_file_twice, Outcome.ACCEPTED),
    "F20": Fault(batches.overlapping_extract, Outcome.ACCEPTED),
    "F21": Fault(batches.missing_part, Outcome.REJECTED),
    "F25": Fault(batches.wrong_control_total, Outcome.REJECTED),
    "F27": Fault(batches.shifted_clock, Outcome.REJECTED),
    "F28": Fault(content.refunds_without_ground, Outcome.ACCEPTED),
    "F29": Fault(content.charge_and_refund_that_cancel, Outcome.ACCEPTED),
    "F30": Fault(content.unknown_codes, Outcome.ACCEPTED),
    "F31": Fault(content.staff_in_two_departments, Outcome.STOPPED),
    "F32": Fault(content.orphan_charges, Outcome.ACCEPTED),
    "F33": Fault(content.overlapping_parameter_periods, Outcome.MISCONFIGURED),
    "F34": Fault(content.empty_pool, Outcome.STOPPED),
    "F35": Fault(content.weights_of_zero, Outcome.STOPPED),
    "F36": Fault(content.bonus_below_zero, Outcome.ACCEPTED),
}

__all__ = ["FAULTS", "DeliveryEditor", "Fault", "Outcome"]
