namespace Offerbook.Agent.Tests.Support;

/// <summary>Processes come and go without telling anybody: looks again, for a while.</summary>
internal static class Patiently
{
    public static Task Until(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        for (var i = 0; i < 2_000; i++)
        {
            if (await condition())
            {
                return;
            }
            await Task.Delay(10);
        }
        Assert.Fail($"Waited 20 s until {what}.");
    }
}
