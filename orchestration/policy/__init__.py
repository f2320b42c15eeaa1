"""Policy: rates, weights, thresholds and catalogues as effective-dated rows, validated before anything uses them.

What belongs here: reading a policy folder, refusing what contradicts itself, reducing it to one hospital and writing it
into a run's private database. What does not: the meaning of a value, which lives in the models that use it.
"""

from orchestration.policy.folder import load_policy
from orchestration.policy.in_force import require_parameters
from orchestration.policy.model import Policy
from orchestration.policy.write import write_policy

__all__ = ["Policy", "load_policy", "require_parameters", "write_policy"]
