using Offerbook.Agent.Registration;
using AttributeValue = Mesos.V1.Value.Types.Type;

namespace Offerbook.Agent.Tests.Registration;

public sealed class AttributeTextTests
{
    [Test]
    public void Text_IsReadByTheLookOfTheValue()
    {
        var attributes = AttributeText.Parse("rack:a; weight:2.5 ;span:[1-3,7-9];url:http://x:80");

        Assert.That(attributes.Select(attribute => (attribute.Name, attribute.Type)), Is.EqualTo(new[]
        {
            ("rack", AttributeValue.Text), ("weight", AttributeValue.Scalar), ("span", AttributeValue.Ranges), ("url", AttributeValue.Text),
        }));
        Assert.That(attributes[2].Ranges.Range[1].End, Is.EqualTo(9));
        Assert.That(attributes[3].Text.Value, Is.EqualTo("http://x:80"));
        Assert.That(AttributeText.Parse(""), Is.Empty);
    }

    [TestCase("rack")]
    [TestCase(":a")]
    [TestCase("rack:")]
    [TestCase("span:[3-1]")]
    [TestCase("span:[1-")]
    public void WrongText_IsRefusedByName(string text) =>
        Assert.That(() => AttributeText.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(text));
}
