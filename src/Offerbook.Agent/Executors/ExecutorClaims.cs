using Offerbook.Agent.Containers;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Executors;

/// <summary>
/// Which run of an executor a token stands for (API section 1.8: claims <c>fid</c>, <c>eid</c>, <c>cid</c>). Null: the token does not say.
/// </summary>
public sealed record ExecutorClaims(string? Framework, string? Executor, string? Container)
{
    public bool Fit(ExecutorKey key, ContainerId container) =>
        Framework == key.Framework.Value && Executor == key.Executor.Value && Container == container.Value;
}
