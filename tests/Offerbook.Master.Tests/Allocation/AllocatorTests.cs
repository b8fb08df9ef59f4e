namespace Offerbook.Master.Tests.Allocation;

/// <summary>Gives each test an empty allocator to tell its story to, and finds afterwards that its books add up.</summary>
internal abstract class AllocatorTests
{
    protected AllocatorWorld World { get; set; } = null!;

    [SetUp]
    public void NewWorld() => World = new AllocatorWorld();

    [TearDown]
    public void BooksAreExact() => Assert.That(World.Allocator.FindInconsistency(), Is.Null);
}
