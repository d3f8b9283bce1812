<?php
// A receiver of webhooks in PHP, without packages: php -S 127.0.0.1:8080 receiver.php
// The variable WEBHOOK_SECRET is the secret of the endpoint, as the portal gave it.
// It answers before it works: what takes longer than a second belongs into a queue.

declare(strict_types=1);

const TOLERANCE = 300;

function is_signed(string $secret, string $id, string $time, string $signatures, string $body): bool
{
    if ($id === '' || preg_match('/^[0-9]{1,12}$/D', $time) !== 1 || abs(time() - (int) $time) > TOLERANCE) {
        return false;
    }
    $key = base64_decode(substr($secret, strlen('whsec_')), true);
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
    foreach (explode(' ', $signatures) as $signature) {
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

$body = file_get_contents('php://input');
$header = fn (string $name): string => $_SERVER["HTTP_WEBHOOK_$name"] ?? '';
if (!is_signed(getenv('WEBHOOK_SECRET'), $header('ID'), $header('TIMESTAMP'), $header('SIGNATURE'), $body)) {
    http_response_code(401);
    exit;
}
$event = json_decode($body, true, 16, JSON_THROW_ON_ERROR);
$events = new PDO('sqlite:' . getenv('WEBHOOK_DATABASE'));
$events->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$events->exec('CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, dossier TEXT, number INTEGER, type TEXT)');
// An event may come several times, and later than others of its dossier: the one with the highest number is the newest.
$adding = $events->prepare('INSERT INTO events VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
$data = $event['data'];
$adding->execute([$event['id'], $data['dossier_id'], $data['dossier_number'], $event['type']]);
http_response_code(204);
