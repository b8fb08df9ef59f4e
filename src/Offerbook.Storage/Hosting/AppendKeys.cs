namespace Offerbook.Storage.Hosting;

/// <summary>
/// Names for single writes, so that one whose answer was lost can be found again. They need to be unique and nothing else.
/// </summary>
internal static class AppendKeys
{
    public static Guid Next() => Guid.NewGuid();
}
