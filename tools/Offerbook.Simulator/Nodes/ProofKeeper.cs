using Offerbook.Actors.Hosting;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>
/// As production's outlet: while leadership is not proven everything waits, and the store is asked. For one life of a node.
/// </summary>
internal sealed class ProofKeeper(INodeShell node, StoreHolder holder)
{
    /// <summary>Between two questions to a store that cannot be asked.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);

    private readonly int _life = node.Life;
    private bool _asks;

    /// <summary>Whether what waits may leave; if not, it is let out when the store has confirmed that it may.</summary>
    public bool IsProven(LeadershipProof proof)
    {
        if (node.Gate.Waiting == 0 || proof.Holds())
        {
            return true;
        }
        if (!_asks)
        {
            _asks = true;
            Ask(proof);
        }
        return false;
    }

    private void Ask(LeadershipProof proof)
    {
        var question = proof.Ask();
        node.World.Note($"{node.Name} asks the store whether it leads");
        holder.Confirm(() => node.WhenGoing(_life, () =>
        {
            proof.Confirmed(question);
            Answered();
        }), loss => node.WhenGoing(_life, () =>
        {
            if (loss == StoreLoss.Fenced)
            {
                node.Lose(loss);
                return;
            }
            node.World.Schedule(AskAgain, null, () => node.WhenGoing(_life, Answered));
        }));
    }

    private void Answered()
    {
        _asks = false;
        node.Release();
    }
}
