namespace Offerbook.Resources;

/// <summary>
/// What operations have made of an agent's resources and the agent must remember: dynamic reservations and volumes. An agent's
/// total is what it was configured with, in which these take the place of the plain resources that they were made of.
/// </summary>
public static class CheckpointedResources
{
    extension(ResourceBag bag)
    {
        /// <summary>The part of a total that operations made.</summary>
        public ResourceBag Checkpointed()
        {
            ResourceEntry[] made = [.. bag.Where(entry => IsMade(entry.Kind))];
            return made.Length == bag.Count ? bag : ResourceBag.Own(made);
        }

        /// <summary>
        /// A configured total with the checkpointed resources in it. Fails when the configuration cannot hold them any more.
        /// </summary>
        public ConversionResult WithCheckpointed(ResourceBag checkpointed)
        {
            var total = bag;
            foreach (ref readonly var entry in checkpointed.Entries)
            {
                if (!IsMade(entry.Kind))
                {
                    return new ConversionResult(bag, $"Unexpected checkpointed resources {entry}");
                }

                var configured = ResourceBag.Of(entry with { Kind = entry.Kind.AsConfigured(), Count = 1 });
                if (!total.Contains(configured))
                {
                    return new ConversionResult(bag, $"Incompatible agent resources: {total} does not contain {configured}");
                }

                total = total - configured + ResourceBag.Of(entry with { Count = 1 });
            }

            return new ConversionResult(total, null);
        }
    }

    private static bool IsMade(ResourceKind kind) => kind.IsPersistentVolume || kind.Reservations.Top is { Type: ReservationType.Dynamic };
}
