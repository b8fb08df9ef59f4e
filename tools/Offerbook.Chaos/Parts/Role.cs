namespace Offerbook.Chaos.Parts;

/// <summary>What a part is.</summary>
public enum Role
{
    ZooKeeper,
    Database,
    Master,
    Agent,
    Apps,
    Batch,

    /// <summary>A Docker engine on an agent's machine.</summary>
    Engine,
}
