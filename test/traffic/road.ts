import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A stretch of road between two gateways: it passes bytes on, unread, until it is cut. */
export interface Road extends AsyncDisposable {
  /** Makes the only link of a gateway's configuration lead over this road, to where it led before. */
  leadOver(config: string): string
  /** Ends every connection and takes no other. */
  cut(): void
  mend(): void
}

/** A road on this machine. TLS goes through as it is: nobody on the road can read or change anything. */
export async function openRoad(): Promise<Road> {
  const travelling = new Set<Socket>()
  let target: number | undefined
  let isCut = false
  const keep = (socket: Socket, other: Socket) => {
    travelling.add(socket)
    socket.once('error', () => socket.destroy())
    socket.once('close', () => {
      travelling.delete(socket)
      other.destroy()
    })
  }
  const server = createServer(arriving => {
    if (isCut || target === undefined) return void arriving.destroy()
    const leaving = connect(target, '127.0.0.1')
    keep(arriving, leaving)
    keep(leaving, arriving)
    arriving.pipe(leaving).pipe(arriving)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const end = () => {
    for (const socket of travelling) socket.destroy()
  }
  const address = server.address()
  const here = typeof address === 'object' && address !== null ? String(address.port) : ''
  return {
    leadOver: config =>
      config.replace(/(?<=url: https:\/\/127\.0\.0\.1:)\d+/, port => {
        target = Number(port)
        return here
      }),
    cut: () => {
      isCut = true
      end()
    },
    mend: () => {
      isCut = false
    },
    async [Symbol.asyncDispose]() {
      end()
      await new Promise(done => server.close(done))
    },
  }
}
