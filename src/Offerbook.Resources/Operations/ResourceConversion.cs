namespace Offerbook.Resources;

/// <summary>One step of an operation: what it takes away, and what is there instead.</summary>
/// <param name="Gone">A volume of which no copy may be left after the step; null when that does not matter.</param>
public sealed record ResourceConversion(ResourceBag Consumed, ResourceBag Produced, ResourceEntry? Gone = null);

/// <summary>A bag after conversions, or why they cannot be applied to it.</summary>
/// <param name="Bag">When there is a problem, the bag as it was.</param>
public sealed record ConversionResult(ResourceBag Bag, string? Problem)
{
    public bool IsApplied => Problem is null;
}

public static class ResourceConversions
{
    extension(ResourceBag bag)
    {
        /// <summary>Applies all steps in order, each to what the one before left; or none.</summary>
        public ConversionResult Apply(IReadOnlyList<ResourceConversion> steps)
        {
            var result = bag;
            foreach (var step in steps)
            {
                if (!result.Contains(step.Consumed))
                {
                    return new ConversionResult(bag, $"{result} does not contain {step.Consumed}");
                }

                result = result - step.Consumed + step.Produced;
                if (step.Gone is { } volume && result.Contains(volume))
                {
                    return new ConversionResult(bag, $"Persistent volume {volume} cannot be removed due to additional shared copies");
                }
            }

            return new ConversionResult(result, null);
        }

        /// <summary>What became of a bag as a whole, whatever the steps were: the net loss and the net gain.</summary>
        public (ResourceBag Consumed, ResourceBag Produced) ChangeTo(ResourceBag after) => (bag - after, after - bag);
    }
}
