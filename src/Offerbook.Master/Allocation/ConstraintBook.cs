namespace Offerbook.Master.Allocation;

/// <summary>The constraints in use, each with its verdicts.</summary>
internal sealed class ConstraintBook
{
    private readonly Dictionary<IAgentConstraint, ConstraintVerdicts> _verdicts = [];

    public void Set(RoleMember member, IAgentConstraint? constraint)
    {
        if (Equals(member.Constraint?.Constraint, constraint))
        {
            return;
        }

        if (member.Constraint is { } old && --old.Members == 0)
        {
            _verdicts.Remove(old.Constraint);
        }

        member.Constraint = null;
        if (constraint is not null)
        {
            if (!_verdicts.TryGetValue(constraint, out var verdicts))
            {
                verdicts = new ConstraintVerdicts(constraint);
                _verdicts.Add(constraint, verdicts);
            }

            verdicts.Members++;
            member.Constraint = verdicts;
        }
    }

    public void Forget(AgentSlot agent)
    {
        foreach (var verdicts in _verdicts.Values)
        {
            verdicts.Forget(agent);
        }
    }
}
