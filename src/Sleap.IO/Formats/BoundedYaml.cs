using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sleap.IO;

/// <summary>
/// Passes YAML on as long as it nests and refers back no more than a configuration does: the library's tree is built by
/// recursion, which hostile text would run out of stack.
/// </summary>
internal sealed class BoundedYaml(IParser parser, string path) : IParser
{
    private const int MostDepth = 32;
    private const int MostAliases = 16;

    private int _depth;
    private int _aliases;

    public ParsingEvent? Current => parser.Current;

    public bool MoveNext()
    {
        if (!parser.MoveNext())
            return false;
        _depth += Current!.NestingIncrease;
        _aliases += Current is AnchorAlias ? 1 : 0;
        if (_depth > MostDepth)
        {
            throw new PoseFormatException(
                path,
                $"line {Current.Start.Line}",
                $"nests deeper than {MostDepth} levels, which no configuration does."
            );
        }

        return _aliases <= MostAliases
            ? true
            : throw new PoseFormatException(
                path,
                $"line {Current.Start.Line}",
                $"refers back more than {MostAliases} times, which no configuration does."
            );
    }
}
