using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>
/// HTML that is safe to write out. In an interpolated string the literal parts are markup and everything put into them is text and
/// escaped, unless it is markup itself: a name from outside cannot become an element.
/// </summary>
internal readonly record struct Markup(string Html)
{
    public static readonly Markup None = new("");

    public static Markup Of(Interpolation interpolation) => new(interpolation.ToString());

    public static Markup Join(IEnumerable<Markup> parts) =>
        new(string.Concat(parts.Select(part => part.Html)));

    [InterpolatedStringHandler]
    internal readonly ref struct Interpolation(int literalLength, int formattedCount)
    {
        private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

        private readonly StringBuilder _html = new(literalLength + 16 * formattedCount);

        public void AppendLiteral(string literal) => _html.Append(literal);

        public void AppendFormatted(Markup markup) => _html.Append(markup.Html);

        public void AppendFormatted(IEnumerable<Markup> markups)
        {
            foreach (var markup in markups)
            {
                _html.Append(markup.Html);
            }
        }

        public void AppendFormatted(string text) => _html.Append(Encoder.Encode(text));

        public void AppendFormatted(int number) =>
            _html.Append(CultureInfo.InvariantCulture, $"{number}");

        /// <summary>A coordinate or a share: more digits than can be seen only make the page larger.</summary>
        public void AppendFormatted(double number) =>
            _html.Append(number.ToString("0.##", CultureInfo.InvariantCulture));

        public override string ToString() => _html.ToString();
    }
}
