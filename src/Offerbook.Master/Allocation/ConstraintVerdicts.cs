namespace Offerbook.Master.Allocation;

/// <summary>
/// What a constraint says of each agent, asked once: two bits an agent, so 12 KiB for 50,000 agents. Members whose constraints
/// are equal share them.
/// </summary>
internal sealed class ConstraintVerdicts(IAgentConstraint constraint)
{
    private const int AgentsInWord = 32;

    private ulong[] _words = [];

    public IAgentConstraint Constraint { get; } = constraint;

    /// <summary>How many members share it.</summary>
    public int Members { get; set; }

    public bool Allows(AgentSlot agent)
    {
        var word = agent.Handle / AgentsInWord;
        var shift = agent.Handle % AgentsInWord * 2;
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, Math.Max(word + 1, _words.Length * 2));
        }

        var verdict = (_words[word] >> shift) & 3;
        if (verdict == 0)
        {
            verdict = Constraint.Allows(agent.Facts) ? 3UL : 1UL;
            _words[word] |= verdict << shift;
        }

        return verdict == 3;
    }

    /// <summary>The agent says something else of itself by now, or another has its number.</summary>
    public void Forget(AgentSlot agent)
    {
        if (agent.Handle / AgentsInWord is var word && word < _words.Length)
        {
            _words[word] &= ~(3UL << (agent.Handle % AgentsInWord * 2));
        }
    }
}
