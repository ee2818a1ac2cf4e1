using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PointsMall.LoadTests.Http;

/// <summary>A place for one connection: it connects when first used, is kept alive, and connects anew after it was lost. One request at a time.</summary>
internal sealed class LoadConnection(EndPoint server, RequestWriter writer) : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int MaxAnswerBytes = 8 * 1024 * 1024;
    private const long Expired = -1;

    /// <summary>A server may close a connection that was idle for so long; it is looked at before it is used again.</summary>
    private static readonly long Idle = Stopwatch.Frequency / 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private Socket? _socket;
    private long _usedAt;

    /// <summary>When the exchange under way is to be over, as a timestamp; 0 between exchanges, or <see cref="Expired"/>.</summary>
    private long _deadline;

    /// <summary>Sends a request and waits for its answer. Never throws for what the server or the network does.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="deadline">A timestamp; <see cref="ExpireIfDue"/> ends the exchange after it.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LoadAnswer> Exchange(LoadRequest request, long deadline)
    {
        var (length, left) = Compose(request);
        var socket = UsableSocket();
        // From here on the exchange can expire, and this socket with it.
        Volatile.Write(ref _deadline, deadline);
        LoadAnswer answer;
        var sent = socket.Connected;
        try
        {
            if (!sent)
            {
                await socket.ConnectAsync(server);
                sent = true;
            }
            await Send(socket, _buffer.AsMemory(0, length));
            await Send(socket, left);
            answer = await Receive(socket, request.KeepBody);
        }
        catch (Exception failure)
            when (failure
                    is SocketException
                        or ObjectDisposedException
                        or FormatException
                        or JsonException
            )
        {
            answer = FailureOf(failure, sent);
        }
        if (Interlocked.Exchange(ref _deadline, 0) == Expired)
        {
            answer = LoadAnswer.Failed(LoadFailure.TimedOut, "no answer in time");
        }
        if (answer.Failure != LoadFailure.None)
        {
            Close();
        }
        _usedAt = Stopwatch.GetTimestamp();
        return answer;
    }

    /// <summary>Ends the exchange under way when its time is over. Called from another thread.</summary>
    public void ExpireIfDue(long now)
    {
        var deadline = Volatile.Read(ref _deadline);
        var socket = _socket;
        if (
            deadline > 0
            && deadline < now
            && Interlocked.CompareExchange(ref _deadline, Expired, deadline) == deadline
        )
        {
            socket?.Dispose();
        }
    }

    public void Dispose()
    {
        Close();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static LoadAnswer FailureOf(Exception failure, bool sent) =>
        LoadAnswer.Failed(
            failure switch
            {
                FormatException or JsonException => LoadFailure.BadAnswer,
                _ when sent => LoadFailure.ConnectionLost,
                _ => LoadFailure.NotConnected,
            },
            failure.Message
        );

    private Socket UsableSocket()
    {
        if (_socket is { } kept && Stopwatch.GetTimestamp() - _usedAt > Idle)
        {
            // Nobody asked for anything, so whatever can be read is the end of the connection.
            if (kept.Poll(0, SelectMode.SelectRead))
            {
                Close();
            }
        }
        return _socket ??= new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
        };
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    /// <summary>Writes the head, and the body when it fits behind it. A longer one is left, to be sent from where it is.</summary>
    private (int Length, ReadOnlyMemory<byte> Left) Compose(in LoadRequest request)
    {
        EnsureRoom(used: 0, writer.MaxLength(request));
        var length = writer.Write(request, _buffer);
        if (!request.Body.Span.TryCopyTo(_buffer.AsSpan(length)))
        {
            return (length, request.Body);
        }
        return (length + request.Body.Length, default);
    }

    private static async ValueTask Send(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    /// <summary>Reads one answer, however it is cut into packets.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<LoadAnswer> Receive(Socket socket, bool keepBody)
    {
        var (filled, received) = (0, 0);
        while (true)
        {
            EnsureRoom(filled, 1);
            var count = await socket.ReceiveAsync(_buffer.AsMemory(filled), SocketFlags.None);
            filled += count;
            received += count;
            var isOver = count == 0;
            while (AnswerHead.TryRead(_buffer.AsSpan(0, filled), out var head))
            {
                if (head.IsInterim)
                {
                    _buffer.AsSpan(head.Length..filled).CopyTo(_buffer);
                    filled -= head.Length;
                    continue;
                }
                if (
                    !head.TryFindEnd(
                        _buffer.AsSpan(head.Length, filled - head.Length),
                        isOver,
                        out var end
                    )
                )
                {
                    break;
                }
                if (head.Length + end != filled)
                {
                    throw new FormatException("More came than the answer says that it has.");
                }
                if (head.Closes || isOver)
                {
                    Close();
                }
                return AnswerOf(head, _buffer.AsSpan(head.Length, end), keepBody, received);
            }
            if (isOver)
            {
                return LoadAnswer.Failed(
                    LoadFailure.ConnectionLost,
                    received == 0 ? "closed before the answer" : "closed within the answer"
                );
            }
        }
    }

    private static LoadAnswer AnswerOf(
        AnswerHead head,
        Span<byte> body,
        bool keepBody,
        int received
    )
    {
        if (head.IsChunked)
        {
            body = body[..ChunkedBody.Join(body)];
        }
        var isJson = head.IsJson && !body.IsEmpty;
        return new LoadAnswer
        {
            Status = head.Status,
            Replayed = head.Replayed,
            RetryAfterSeconds = head.RetryAfterSeconds,
            Code = isJson && head.Status >= 400 ? AnswerBody.CodeOf(body) : null,
            // Whoever keeps the body, and it may be long, reads it.
            OrderId = isJson && head.Status < 300 && !keepBody ? AnswerBody.OrderIdOf(body) : null,
            Bytes = received,
            Body = keepBody ? body.ToArray() : default,
        };
    }

    /// <summary>Makes room for more bytes behind those that are used.</summary>
    /// <exception cref="FormatException">It would be more than any answer has.</exception>
    private void EnsureRoom(int used, int more)
    {
        if (_buffer.Length - used >= more)
        {
            return;
        }
        if (used + more > MaxAnswerBytes)
        {
            throw new FormatException("The answer is longer than any that the API has.");
        }
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, used + more));
        _buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
