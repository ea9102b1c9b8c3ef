using System.Globalization;
using System.Text;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>A page in one file, with its style, charts and images.</summary>
internal sealed class HtmlPage(string title)
{
    /// <summary>The page is what it shows: it runs nothing and loads nothing.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private const string Style = """
        body{font:15px/1.5 Helvetica,Arial,'Liberation Sans',sans-serif;color:#222;background:#f4f5f7;margin:0}
        main{max-width:1080px;margin:0 auto;padding:24px 28px 60px;background:#fff}
        h1{font-size:26px;margin:.2em 0 .1em;overflow-wrap:anywhere}
        h2{font-size:19px;margin:1.9em 0 .4em;border-bottom:2px solid #e3e6ea;padding-bottom:.2em}
        p{max-width:75ch}.sub{color:#666;overflow-wrap:anywhere}
        .cards{display:flex;flex-wrap:wrap;gap:12px;margin:18px 0}
        .card{background:#f4f6f9;border-radius:8px;padding:10px 16px;min-width:120px}
        .card b{display:block;font-size:24px}.card span{color:#555;font-size:13px}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-size:14px;margin:.6em 0}
        th,td{padding:5px 12px 5px 0;text-align:right;white-space:nowrap;border-bottom:1px solid #eceef1}
        th{font-weight:600;color:#555;vertical-align:bottom}th:first-child,td:first-child{text-align:left}
        .dot{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:7px}
        .row{display:flex;flex-wrap:wrap;gap:14px}
        figure{margin:0;max-width:100%}figure img{display:block;max-width:100%;border-radius:4px}
        figcaption{font-size:13px;color:#555;margin:4px 0 8px;max-width:340px}
        .parts img{width:326px}svg{max-width:100%;height:auto}
        .note{background:#fff8e6;border-left:4px solid #e0b030;padding:8px 14px;margin:12px 0}
        @media print{body{background:#fff}h2{break-after:avoid}figure,svg{break-inside:avoid}}
        """;

    private readonly StringBuilder _body = new();

    public HtmlPage Heading(string text) => Add($"<h2>{Escape(text)}</h2>\n");

    public HtmlPage Title(string text, string below) =>
        Add($"<h1>{Escape(text)}</h1>\n<p class=\"sub\">{Escape(below)}</p>\n");

    public HtmlPage Paragraph(string text) => Add($"<p>{Escape(text)}</p>\n");

    public HtmlPage Note(string text) => Add($"<p class=\"note\">{Escape(text)}</p>\n");

    /// <summary>Charts side by side, as many as fit.</summary>
    public HtmlPage Svg(params IEnumerable<string> charts) =>
        Add($"<div class=\"row\">\n{string.Concat(charts.Select(chart => $"<div>{chart}</div>\n"))}</div>\n");

    /// <summary>A large chart, two small ones one below the other beside it, and the others below.</summary>
    public HtmlPage SvgWithSmall(string large, IReadOnlyList<string> small) =>
        Svg([large, string.Join("<br>", small.Take(2)), .. small.Skip(2)]);

    /// <summary>Figures in large letters, each with its meaning below it.</summary>
    public HtmlPage Cards(IEnumerable<(string Value, string Meaning)> cards)
    {
        Add("<div class=\"cards\">");
        foreach ((var value, var meaning) in cards)
            Add($"<div class=\"card\"><b>{Escape(value)}</b><span>{Escape(meaning)}</span></div>");
        return Add("</div>\n");
    }

    /// <summary>Images side by side, each with its caption; parts of frames are shown in one size.</summary>
    public HtmlPage Pictures(IEnumerable<(string Data, string Caption)> pictures, bool areParts = false)
    {
        Add($"<div class=\"row{(areParts ? " parts" : "")}\">\n");
        foreach ((var data, var caption) in pictures)
        {
            var text = Escape(caption);
            Add($"<figure><img alt=\"{text}\" src=\"{data}\"><figcaption>{text}</figcaption></figure>\n");
        }
        return Add("</div>\n");
    }

    /// <summary>A table; a row may begin with a colored dot.</summary>
    public HtmlPage Table(IEnumerable<string> heads, IEnumerable<(string? Color, IEnumerable<string> Cells)> rows)
    {
        Add("<div class=\"wide\"><table>\n<tr>");
        foreach (var head in heads)
            Add($"<th>{Escape(head)}</th>");
        Add("</tr>\n");
        foreach ((var color, var cells) in rows)
        {
            var dot = color is null ? "" : $"<span class=\"dot\" style=\"background:{color}\"></span>";
            Add("<tr>");
            foreach ((var at, var cell) in cells.Index())
                Add($"<td>{(at == 0 ? dot : "")}{Escape(cell)}</td>");
            Add("</tr>\n");
        }
        return Add("</table></div>\n");
    }

    public override string ToString() =>
        $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{Policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>{Escape(title)}</title>
            <style>
            {Style}
            </style></head>
            <body><main>
            {_body}</main></body></html>

            """;

    /// <summary>Text in the invariant culture; "–" for what is not a number.</summary>
    public static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";

    private HtmlPage Add(string html)
    {
        _body.Append(html);
        return this;
    }

    private static string Escape(string text) => OneLine.Markup(text);
}
